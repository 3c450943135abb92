"""Saved segments (对象条件): rules about people that an office keeps, the ready-made ones, and whom they hold for."""
