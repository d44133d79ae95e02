"""YAML in, an experiment out: `sgdtui.preset.load.load`, `sgdtui.preset.change.changed`, `sgdtui.preset.library`."""
