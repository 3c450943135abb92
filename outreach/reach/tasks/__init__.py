"""What somebody must do for a household: 上门代办, a visit that was asked for, a call back. Open until it is closed."""
