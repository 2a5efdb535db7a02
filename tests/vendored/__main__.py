import sys

from tests.vendored import main

sys.exit(main())
