"""`python -m app.serve`: Streamlit's own command, which here never asks the internet for this machine's address."""

import sys

from streamlit import net_util
from streamlit.web import cli


def main() -> None:
    """Run Streamlit's command line."""
    # Asked of an outside service when a page of another site knocks, to compare with where that page is from.
    net_util.get_external_ip = lambda: None
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
