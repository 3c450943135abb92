"""Who may do what, and where: users, roles, region scope, the audit log."""
