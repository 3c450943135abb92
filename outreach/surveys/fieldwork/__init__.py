"""Interviewers' sheets handed out, and what they bring back taken in."""
