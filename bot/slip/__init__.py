"""The slip (Phiếu hướng dẫn) that a citizen takes to the desk, and the poster for the desk's wall."""
