"""The ``reverse_proxy`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.adapt.proxy.reader import ProxyReader
from caddylite.http.handlers.reverse_proxy import ReverseProxy


def handler(h: Helper) -> ReverseProxy:
    """Pass requests on to upstreams.

    Syntax::

        reverse_proxy [<matcher>] [<upstreams...>] {
            to      <upstreams...>
            dynamic <module> ...

            lb_policy       <name> [<options...>]
            lb_retries      <retries>
            lb_try_duration <duration>
            lb_try_interval <interval>
            lb_retry_match  <request matcher>

            health_uri          <uri>
            health_upstream     <host:port>
            health_port         <port>
            health_interval     <interval>
            health_passes       <count>
            health_fails        <count>
            health_timeout      <duration>
            health_status       <status>
            health_body         <regexp>
            health_method       <method>
            health_request_body <body>
            health_follow_redirects
            health_headers {
                <field> [<values...>]
            }

            fail_duration           <duration>
            max_fails               <count>
            unhealthy_status        <statuses...>
            unhealthy_latency       <duration>
            unhealthy_request_count <count>

            flush_interval     <duration>
            request_buffers    <size>|unlimited
            response_buffers   <size>|unlimited
            stream_buffer_size <size>
            stream_timeout     <duration>
            stream_close_delay <duration>
            verbose_logs

            trusted_proxies private_ranges|<ranges...>
            header_up   [+|-]<field> [<value|regexp> [<replacement>]]
            header_down [+|-]<field> [<value|regexp> [<replacement>]]
            method  <method>
            rewrite <to>

            transport <name> {
                ...
            }

            @name {
                status <code...>
                header <field> [<value>]
            }
            replace_status [@name] <status>
            handle_response [@name] {
                <directives...>
            }
        }
    """
    proxy = ProxyReader()
    proxy.read(h)
    return proxy.finish(h)
