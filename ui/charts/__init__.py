"""Charts as thin painted widgets: bars only, one hue, words on every state."""
