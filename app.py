"""Start the app: `python app.py`."""

import sys

if __name__ == "__main__":
    from dcgan.ui.app import main

    sys.exit(main())
