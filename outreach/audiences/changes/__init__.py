"""Who is newly eligible since a day, and why: a birthday, a rule, a list, a move, a new entry in the register."""
