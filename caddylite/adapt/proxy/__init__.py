"""The syntax of ``reverse_proxy``, shared with ``php_fastcgi`` and ``forward_auth``."""
