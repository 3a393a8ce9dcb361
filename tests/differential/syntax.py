"""The syntax of directives and options as tables: a line, or a line and what its block may hold.

``<m>`` is an optional matcher token, ``<directives>`` as a block stands for directives.
"""

from typing import Any

Line = str | tuple[str, Any]

LOG_BLOCK: list[Line] = [
    "output file <file>",
    ("output file <file>", ["roll_size <size>", "roll_keep <num>", "roll_keep_for <gooddur>", "mode 0644",
                            "roll_disabled", "roll_uncompressed", "roll_local_time", "roll_interval <dur>"]),
    "output stdout", "output stderr", "output discard", "output net <upstream>", "output nope",
    ("output net localhost:1", ["dial_timeout <dur>", "soft_start"]),
    "format json", "format console", "format nope",
    ("format json", ["time_format iso8601", "time_local", "message_key m", "level_format upper", "duration_format ms"]),
    ("format filter", ["wrap console", "request>headers>Cookie delete", "common_log delete",
                       ("fields", ["x delete", "request>remote_ip ip_mask 16 32", "y replace z"]),
                       "request>uri query { \n delete token \n replace x y \n hash z \n }",
                       "request>remote_ip ip_mask { \n ipv4 16 \n ipv6 32 \n }",
                       "a rename b", "a regexp <re> x", "a hash", "a nope",
                       "request>headers>Cookie cookie { \n replace a b \n delete c \n hash d \n }"]),
    ("format append", ["x y", "wrap json", ("fields", ["a b"])]),
    "level <level>", "no_hostname", "hostnames <host+>",
    ("sampling", ["interval <dur>", "first <int>", "thereafter <num>"]),
    "core mock", "include a.b", "exclude c",
]

TRANSPORT: list[Line] = [
    ("transport http", [
        "tls", "tls_insecure_skip_verify", "tls_server_name <host>", "tls_timeout <dur>", "versions 1.1 2",
        "versions h2c 2", "dial_timeout <dur>", "keepalive <dur>", "keepalive off", "keepalive_idle_conns <int>",
        "read_buffer <size>", "write_buffer <size>", "compression off", "max_conns_per_host <num>",
        "resolvers <ip+>", "proxy_protocol v1", "proxy_protocol v3", "tls_renegotiation once", "local_address <ip>",
        "response_header_timeout <dur>", "forward_proxy_url <url>", "network_proxy none", "network_proxy url <url>",
        "tls_except_ports <num+>", "max_response_header <size>", "tls_curves <curve>", "nope",
        "tls_client_auth <name>", "expect_continue_timeout <dur>", "read_timeout <dur>", "keepalive_interval <dur>",
        "tls_trust_pool file <file>", ("tls_trust_pool pki_root", ["authority local"]),
    ]),
    ("transport fastcgi", ["root <file>", "split <word+>", "env <word> <text>", "dial_timeout <dur>",
                           "resolve_root_symlink", "capture_stderr", "read_timeout <dur>", "nope"]),
    "transport nope",
]

REVERSE_PROXY: list[Line] = [
    "to <upstream+>", "lb_policy <lb>", "lb_retries <int>", "lb_try_duration <dur>", "lb_try_interval <dur>",
    ("lb_retry_match", ["method <method+>", "path <path+>"]), ("lb_policy cookie x y", ["fallback <lb>", "max_age 1h"]),
    "health_uri <path>", "health_path <path>", "health_port <int>", "health_interval <dur>", "health_timeout <dur>",
    "health_status <code>", "health_body <re>", ("health_headers", ["X-A b", "Host c"]), "health_method <method>",
    "health_follow_redirects", "health_passes <int>", "health_fails <num>", "health_upstream <upstream>",
    "fail_duration <dur>", "max_fails <int>", "unhealthy_status <code+>", "unhealthy_latency <dur>",
    "unhealthy_request_count <num>", "flush_interval <dur>", "flush_interval -1", "request_buffers <size>",
    "response_buffers unlimited", "stream_timeout <dur>", "stream_close_delay <dur>", "trusted_proxies <ip+>",
    "header_up <header> <text>", "header_up Host {upstream_hostport}", "header_up -X-A", "header_down <header> <text>",
    "header_up X-R <re> <text>", "method <method>", "rewrite <path>", "verbose_logs", "dynamic a <word> <num>",
    ("dynamic srv", ["service http", "proto tcp", "name x.y", "refresh <dur>", "resolvers <ip+>", "dial_timeout <dur>"]),
    ("dynamic a", ["name x", "port <num>", "versions ipv4", "refresh <dur>"]), ("dynamic multi", ["a x 1", "srv y"]),
    ("handle_response", "<directives>"), "@ok status <code+>", ("handle_response @ok", "<directives>"),
    "replace_status <code>", "replace_status @ok <code>", ("@hdr", ["header X-Foo *", "status 2xx"]), "nope <word>",
    *TRANSPORT,
]

TLS: list[Line] = [
    "protocols <tlsver?> <tlsver?>", "ciphers <cipher+>", "curves <curve+>", "alpn <proto+>", "key_type <keytype>",
    "load <file>", "ca <url>", "ca_root <file>", "dns nope", "propagation_delay <dur>", "propagation_timeout <dur>",
    "propagation_timeout -1", "resolvers <ip+>", "dns_ttl <dur>", "dns_challenge_override_domain <host>",
    "on_demand", "eab <word> <word>", "reuse_private_keys", "force_automate", "renewal_window_ratio <ratio>",
    "insecure_secrets_log <file>", "get_certificate http <url>", "get_certificate tailscale", "nope",
    "issuer internal", ("issuer internal", ["ca <name>", "lifetime <dur>", "sign_with_root"]), "issuer zerossl <word>",
    ("issuer acme", ["dir <url>", "test_dir <url>", "email <email>", "timeout <dur>", "disable_http_challenge",
                     "disable_tlsalpn_challenge", "alt_http_port <num>", "alt_tlsalpn_port <num>", "eab <word> <word>",
                     "trusted_roots <file+>", "preferred_chains smallest", "profile <word>", "propagation_delay <dur>",
                     ("preferred_chains", ["root_common_name <word>", "any_common_name <word+>"]), "resolvers <ip>"]),
    ("client_auth", ["mode <authmode>", "trusted_ca_cert_file <file>", "trust_pool file <file+>", "nope",
                     ("trust_pool pki_root", ["authority <name+>"]), ("trust_pool http", ["endpoints <url+>"]),
                     ("trust_pool combined", [("source file", ["pem_file <file>"])]), "verifier leaf file <file>",
                     ("verifier leaf", ["file <file>", ("folder", ["x", "y"])])]),
]

DIRECTIVES: list[Line] = [
    "respond <m> <text>", "respond <m> <text> <status>", "respond <m> <status>", "respond <m>",
    ("respond <m> <status>", ["body <text>", "close"]), "abort <m>", "error <m> <text> <status>", "error <status>",
    ("error <m> <text>", ["message <text>"]), "redir <m> <url>", "redir <m> <path> <status>", "redir <text> html",
    "root <file>", "root * <file>", "root <m> <file>", "file_server <m>", "file_server browse", "file_server <m> <word>",
    ("file_server <m>", ["root <file>", "hide <file+>", "index <file+>", "browse", "precompressed gzip br", "status <code>",
                         "precompressed", "disable_canonical_uris", "pass_thru", "etag_file_extensions .sha <word>",
                         "browse <file>", "fs <word>", ("browse", ["reveal_symlinks", "sort name desc", "file_limit <int>"])]),
    "reverse_proxy <m> <upstream+>", ("reverse_proxy <m> <upstream+>", REVERSE_PROXY), ("reverse_proxy <m>", REVERSE_PROXY),
    "php_fastcgi <m> <upstream>", ("php_fastcgi <m> <upstream>", ["root <file>", "split .php .php7", "index <file>", "index off",
                                   "try_files {path} index.php", "env <word> <text>", "resolve_root_symlink", *REVERSE_PROXY[:9]]),
    "encode <m> gzip", "encode <m> zstd gzip", "encode", ("encode <m> gzip", ["gzip <int>", "minimum_length <int>", "zstd best",
                                             ("match", ["status 2xx", "header Content-Type <word>"]), "nope"]),
    "header <m> <header> <text>", "header <m> <header>", "header <m> <field> <re> <text>", "header X-A <text>",
    ("header <m>", ["<header> <text>", "<header>", "defer", "X-R <re> y", ("match", ["status 2xx"])]),
    "request_header <m> <header> <text>", ("request_header <m>", ["<header> <text>", "-X-B"]), "request_header <header>",
    "rewrite <m> <path>", "rewrite <path>", "rewrite <m> <path> <word>", "uri <m> strip_prefix <path>", "uri strip_suffix <word>",
    "uri <m> replace <word> <word> <int>", "uri path_regexp <re> <word>", "uri query <header> <text>",
    ("uri <m> query", ["+a b", "-c", "d e", "f>g", "h <re> i"]), "method <m> <method>", "try_files <file+>",
    ("try_files {path} /index.html", ["policy first_exist", "policy <word>"]), "map <m> {path} {x} {y}",
    ("map <m> {host} {dest}", ["<word> <word>", "~<re> <text>", "default <word>", "~^(.*)$ ${1}"]), "vars <m> <word> <text>",
    ("vars <m>", ["<word> <text>", "a 1", "b true"]), "templates <m>", ("templates", ["mime <word+>", "between {{ }}", "root <file>"]),
    "tracing", ("tracing", ["span <text>", ("span_attributes", ["a b"])]), "log_append <word> <text>", "log_append <m> <word> {path}",
    "log_skip <m>", "skip_log <m>", "log_name <word+>", "request_body <m>", ("request_body <m>", ["max_size <size>", "set <text>",
     "read_timeout <dur>", "write_timeout <dur>"]), ("basic_auth <m>", ["<word> <hash>"]), ("basicauth <m> bcrypt <word>", ["<word> <hash>"]),
    "push <m> <file>", ("push", ["<file>", "GET <file>", ("headers", ["X-A b"])]), "metrics <m>", ("metrics", ["disable_openmetrics"]),
    ("forward_auth <m> <upstream>", ["uri <path>", "copy_headers <field+>", ("copy_headers", ["A", "A>B"]), *REVERSE_PROXY[:8]]),
    ("intercept <m>", ["@e status <code+>", ("handle_response @e", "<directives>"), "replace_status <code>", "replace_status @e <code>"]),
    ("handle <m>", "<directives>"), ("handle <m>", "<directives>"), ("route <m>", "<directives>"), ("handle_path <path>", "<directives>"),
    ("handle_path <m>", "<directives>"), ("handle_errors", "<directives>"), ("handle_errors <code+>", "<directives>"), "invoke <m> <name>",
    "acme_server", ("acme_server <m>", ["ca <name>", "lifetime <dur>", "resolvers <ip>", "challenges http-01 <word>", "allow_wildcard_names",
     ("allow", ["domains <host+>", "ip_ranges <ip+>"]), ("deny", ["domains <host>"]), "sign_with_root"]), "fs <word>",
    "copy_response", "copy_response_headers", ("copy_response <m> <code>", ["status <code>"]), ("copy_response_headers", ["include <field>"]),
    "timeouts", ("timeouts <m>", ["read_body <dur>", "write <dur>"]),
]

SITE_ONLY: list[Line] = [
    "bind <bind+>", "bind <bind>", ("bind <bind+>", ["protocols <proto+>"]), "tls internal", "tls <email>", "tls <file> <file>",
    "tls /a.pem /b.pem", ("tls", TLS), ("tls internal", TLS), ("tls <email>", TLS), ("tls a.pem b.pem", TLS), "tls force_automate",
    "log", "log <name>", ("log", LOG_BLOCK), ("log <name>", LOG_BLOCK), ("handle_errors", "<directives>"), ("handle_errors <code+>", "<directives>"),
]

MATCHERS: list[Line] = [
    "path <path+>", "path_regexp <re>", "path_regexp <name> <re>", "host <host+>", "method <method+>", "header <field> <text>",
    "header <field>", "header_regexp <field> <re>", "header_regexp <name> <field> <re>", "query <kv+>", "protocol https", "protocol <word>",
    "remote_ip <ip+>", "client_ip <ip+>", "expression <cel>", "not path <path+>", "not host <host>", "vars {path} <word+>", "vars <word> <word>",
    "vars_regexp <name> {x} <re>", "file", "file <file+>", ("file", ["root <file>", "try_files <file+>", "try_policy first_exist", "split_path .php"]),
    ("not", ["path <path>", "method <method>"]), "tls early_data", "<cel>", "nope <word>",
]

OPTIONS: list[Line] = [
    "debug", "http_port <num>", "https_port <goodport>", "http_port <port>", "default_bind <bind+>", ("default_bind <bind>", ["protocols <proto+>"]),
    "order <directive> before <directive>", "order <directive> first", "order <directive> last", "order <directive> after <directive>", "order <word> first",
    "storage file_system <file>", ("storage file_system", ["root <file>"]), "storage_clean_interval <dur>", "storage_check off", "admin off", "admin <bind>",
    ("admin localhost:2020", ["origins <host+>", "enforce_origin"]), "persist_config off", ("log", LOG_BLOCK), ("log <name>", LOG_BLOCK), "log default",
    ("log default", LOG_BLOCK), "grace_period <dur>", "shutdown_delay <dur>", "auto_https off", "auto_https disable_redirects", "auto_https disable_certs",
    "auto_https ignore_loaded_certs", "auto_https <word>", "email <email>", "default_sni <host>", "fallback_sni <host>", "local_certs", "skip_install_trust",
    "acme_ca <url>", "acme_ca_root <file>", ("acme_eab", ["key_id <word>", "mac_key <word>"]), "acme_dns nope", "acme_dns", ("on_demand_tls", ["ask <url>",
    "permission http <url>", "interval 1h", "burst 5"]), "key_type <keytype>", ("cert_issuer acme", ["dir <url>", "email <email>", "disable_http_challenge"]),
    "cert_issuer internal", "cert_issuer acme", "cert_issuer acme <url>", "cert_issuer zerossl <word>", "ocsp_stapling off", "ocsp_interval <dur>", "cert_lifetime <dur>",
    "preferred_chains smallest", ("preferred_chains", ["root_common_name <word+>"]), "renew_interval <dur>", "renewal_window_ratio <ratio>",
    "tls_resolvers <ip+>", "metrics", ("metrics", ["per_host", "observe_catchall_hosts"]), "filesystem <word> <word>", "ech <host>", "dns nope", "nope <word>",
    ("servers", [
        "listener_wrappers { \n http_redirect \n tls \n }", "listener_wrappers { \n proxy_protocol { \n timeout 5s \n allow 10.0.0.0/8 \n } \n }",
        ("timeouts", ["read_body <dur>", "read_header <dur>", "write <dur>", "idle <dur>", "nope 1"]), "keepalive_interval <dur>", "max_header_size <size>",
        "enable_full_duplex", "log_credentials", "protocols <proto+>", "strict_sni_host", "strict_sni_host insecure_off", "trusted_proxies static <ip+>",
        "trusted_proxies nope", "trusted_proxies_strict", "client_ip_headers <field+>", "metrics", ("metrics", ["per_host"]), "trace", "0rtt off", "nope",
        "keepalive_count <int>", "keepalive_idle <dur>", "trusted_proxies_unix",
    ]),
    ("servers :443", ["name <name>", "protocols h1 h2", "strict_sni_host on", "log_credentials"]), ("servers :8443", ["name <name>", "trace"]),
    ("pki", [("ca <name>", ["name <text>", "root_cn <text>", "intermediate_cn <text>", "intermediate_lifetime <dur>", ("root", ["cert <file>", "key <file>", "format pem_file"]),
     ("intermediate", ["cert <file>"]), "maintenance_interval <dur>", "renewal_window_ratio <ratio>"]), ("ca", ["name x"])]),
    ("events", ["on <word> exec x"]),
]
# ruff: noqa: E501
