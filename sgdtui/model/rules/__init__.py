"""What a step makes of the gradient, one file a rule: SGD, Nesterov, Adam, AdamW, RMSprop, sign, Adagrad, clipping."""
