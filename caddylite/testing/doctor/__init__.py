"""``caddylite doctor``: an OpenConnect set-up, examined from the configs on both sides.

for answer in examine(Lab.from_file("Caddyfile"), "vpn.example.com", conf):
    print(answer.status, answer.about, answer.text)
"""

from caddylite.testing.doctor.checks import FAIL, INFO, OK, WARN, Answer, examine
from caddylite.testing.doctor.ocserv_conf import OcservConf

__all__ = ["FAIL", "INFO", "OK", "WARN", "Answer", "OcservConf", "examine"]
