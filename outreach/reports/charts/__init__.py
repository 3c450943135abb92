"""Charts drawn on the server: one Vega-Lite specification each, handed out as SVG."""
