"""nbgrader's configuration of students' servers, as /etc/jupyter/nbgrader_config.py."""

import os

from ngshare_exchange import configureExchange

c = get_config()  # noqa: F821  (given by traitlets)

c.CourseDirectory.course_id = os.environ["COURSE_ID"]
configureExchange(c, os.environ["NGSHARE_URL"])
