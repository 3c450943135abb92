"""View-models: what each page shows, in plain values. Services fill them, templates only place them."""
