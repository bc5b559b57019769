"""The court: every claim about the model, stated once and tried by the evidence that fits it."""
