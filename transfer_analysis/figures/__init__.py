"""One figure a module, each a function from the summary to a Matplotlib figure; `style` holds what they share."""
