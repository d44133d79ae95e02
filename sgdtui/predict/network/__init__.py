"""What is foretold of networks beside their law: the excess loss, the drift along a valley, the balance of layers."""
