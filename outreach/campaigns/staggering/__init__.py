"""分批推送: an audience is told in waves, in an order drawn by a seed; the last wave is the comparison until its own day.

Nobody is held out: everybody is sent to at latest ten days before the window closes, and whoever asks is told at once.
"""
