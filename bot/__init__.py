"""The guide: How can we help you?"""

import os

# A message is too small to share out between threads, and threads that wait for work spin: set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
