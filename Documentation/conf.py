# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration. Nothing but Debian's python3-sphinx is needed."""

project = "Ringside"
author = "The Ringside developers"
copyright = author

# The ABI files have the kernel's own format; pages include them as they are.
exclude_patterns = ["ABI"]

highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {
    "description": "Watch and restrict the border between ring 3 and ring 0",
    "fixed_sidebar": True,
}
html_static_path = []
html_copy_source = False
html_show_sphinx = False
