"""From the frozen audience to deliveries: whom a firing is about, who gets it, and where."""
