"""What Twisted logs goes to the log of the config, as errors of the logger ``twisted``."""

from typing import Any, cast

from caddylite.runtime.logs import LogBook


def redirect(book: LogBook) -> None:
    """Send Twisted's errors and warnings to the logs; its chatter is dropped."""
    from twisted.logger import ILogObserver, LogLevel, formatEvent, globalLogBeginner

    logger = book.logger("twisted")

    def observe(event: Any) -> None:
        level = event.get("log_level", LogLevel.info)
        if level < LogLevel.warn:
            return
        fields: dict[str, Any] = {}
        failure = event.get("log_failure")
        if failure is not None:
            fields["error"] = failure.getErrorMessage()
            fields["stacktrace"] = failure.getTraceback()
        message = formatEvent(event) or "error"
        if level == LogLevel.warn:
            logger.warn(message, **fields)
        else:
            logger.error(message, **fields)

    globalLogBeginner.beginLoggingTo(
        [cast(ILogObserver, observe)], redirectStandardIO=False, discardBuffer=True
    )
