"""The pages and the JSON interface: FastAPI, server-rendered Jinja2, one stylesheet, one small script."""
