"""宣传任务: what is to be told to whom, when, who signed it, and where it stands."""
