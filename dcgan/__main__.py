from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line; SIGTERM ends it as Ctrl-C does, also while it is still loading."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from dcgan.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
