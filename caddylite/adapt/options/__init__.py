"""Global options: one file each, named as the option.

A file defines ``def parse(d: Dispenser, existing: Any) -> Any``: the cursor stands before the
option's name, ``existing`` is what an earlier occurrence gave (None if there was none). What it
returns is kept as ``options[name]`` (see ``Helper.options``) and takes the place of ``existing``,
except that

* ``servers`` returns one ``ServerOptions`` (``adapt/options/_values.py``) an occurrence,
* ``log`` returns a list of CustomLogs, ``default_bind`` a list of one ``Bind`` (same file),

which are collected in lists (and ``existing`` is the list so far). An option that becomes an app
of its own returns :class:`AppOption`. What the other options return:

=========================  =====================================================================
``debug`` ``local_certs``  ``True`` (also ``skip_install_trust``)
``http_port`` …            ``int`` (also ``https_port``)
durations                  ``Duration``: ``grace_period`` ``shutdown_delay`` ``renew_interval``
                           ``ocsp_interval`` ``cert_lifetime``; ``storage_clean_interval`` gives
                           ``False`` for ``off``
strings                    ``default_sni`` ``fallback_sni`` ``acme_ca`` ``acme_ca_root`` ``email``
                           ``key_type`` ``storage_check`` ``persist_config``
``auto_https``             ``list[str]``; so does ``tls_resolvers``
``order``                  the new order, ``list[str]``; the old one is ``existing``, or
                           ``adapt.order.DEFAULT_ORDER`` when that is None
``storage``                a ``Storage`` node
``acme_dns`` ``dns``       a ``DNSProvider`` node; ``acme_dns`` alone on its line gives ``None``
``acme_eab``               ``ExternalAccount``
``cert_issuer``            ``list[Issuer]``: ``existing`` with one more
``admin``                  ``Admin``
``on_demand_tls``          ``OnDemand``
``metrics``                ``Metrics``
``ocsp_stapling``          ``True`` when stapling is off
``preferred_chains``       ``ChainPreference``
``ech``                    ``ECH``
``renewal_window_ratio``   ``float``
``pki``                    ``dict[str, CA]``, by ID
``filesystem``             a ``Filesystems`` app node
=========================  =====================================================================
"""

import msgspec

from caddylite.kinds import App


class AppOption(msgspec.Struct, frozen=True):
    """What a global option returns that is an app of its own: the app's name, its config."""

    app: str
    config: App
