"""Group robots: a post to a group, never to a person. One file per provider, on what they have in common.

The HTTP status is 200 even when nothing was posted: only the code in the body decides. Nobody can ask a
robot afterwards what it has posted; after an unknown outcome a person in the group has to look.

A group's address is what the provider shows when a robot is made: the webhook address (or the key in it
alone), then, behind a space or on a line of its own, the secret with which posts are to be signed.
"""
