"""One isotropic round without ever holding n numbers: passes over counter-based blocks (R3)."""
