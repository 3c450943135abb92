"""Who was told, is aware, has applied, has received what: one table, one definition each."""
