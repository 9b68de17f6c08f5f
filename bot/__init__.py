"""The guide: How can we help you?"""

import os

# A message is too small to share out between threads, and threads that wait for work spin: set before numpy is loaded.
for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_library, "1")
