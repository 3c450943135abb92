"""What would go out, before anybody receives it. The same code that sends."""
