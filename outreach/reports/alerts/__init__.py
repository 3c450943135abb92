"""提醒: what is wrong with a campaign, a policy, a list or an answer, from kept counts; opened once while it lasts."""
