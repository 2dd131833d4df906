"""How much a request reads like an attempt to give the model other orders: a signal, never a proof."""
