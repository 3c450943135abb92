"""A whole main job on invented people, through the normal importer, services and senders.

Everything made here carries a mark: the people (`synthetic`), the installation (`demo`), the answers (`generated`).
"""
