"""gunicorn for production: `PYTHONPATH=site gunicorn --config deploy/gunicorn/gunicorn.conf.py website.wsgi`."""

import multiprocessing
import os

bind = os.environ.get("BIND", "127.0.0.1:8001")
workers = int(os.environ.get("WEB_WORKERS", 2 * multiprocessing.cpu_count()))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))

# A PDF or an export may take seconds; what takes a minute belongs to the task worker.
timeout = 60
graceful_timeout = 30
keepalive = 5

# Workers are renewed now and then, not all at once, so that memory does not grow for weeks.
max_requests = 2000
max_requests_jitter = 200

# The heartbeat file on a disk can stall a worker; on Linux this is memory.
worker_tmp_dir = "/dev/shm"  # noqa: S108

# Nobody administers gunicorn through its socket, which would lie in the home directory of the service.
control_socket_disable = True

# nginx on this machine says who asks and whether the request came by https.
forwarded_allow_ips = "127.0.0.1"

accesslog = None
errorlog = "-"
