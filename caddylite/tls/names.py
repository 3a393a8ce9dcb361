"""The names that configs may use for versions, cipher suites and curves (Go's ``crypto/tls``)."""

PROTOCOLS = frozenset({"tls1.2", "tls1.3"})

CIPHER_SUITES = frozenset(
    {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        *(
            f"TLS_ECDHE_{key}_WITH_{cipher}"
            for key in ("ECDSA", "RSA")
            for cipher in (
                "AES_128_CBC_SHA",
                "AES_256_CBC_SHA",
                "AES_128_GCM_SHA256",
                "AES_256_GCM_SHA384",
                "CHACHA20_POLY1305_SHA256",
            )
        ),
    }
)

CURVES = frozenset({"x25519mlkem768", "x25519", "secp256r1", "secp384r1", "secp521r1"})
