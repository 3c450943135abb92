"""Who: rules over facts of a person, three-valued, for one person and for a whole population.

`person` facts · `vocabulary` circumstances · `regions` codes · `rules` what a rule is · `parse` from data ·
`match` one person with reasons · `compile` the same in SQL · `reading` the same in one line of Chinese.
This package knows neither the application nor the channels.
"""
