"""Print jobs: asked for by a page or a command, made by a process of their own, one file per grid."""
