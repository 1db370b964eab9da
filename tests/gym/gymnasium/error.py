# SPDX-License-Identifier: MIT
"""What make raises."""


class NameNotFound(Exception):
    pass
