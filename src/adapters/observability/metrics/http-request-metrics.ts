import type { Exchange, RequestMetrics } from '../../../application/ports/request-metrics';
import { Distribution } from './distribution';
import { gauge, type MetricFamily, single } from './metric-family';

/** Anything else is `_OTHER`, as OpenTelemetry has it: a client may invent methods without number. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);

/** OpenTelemetry's advice for `http.server.request.duration`, with two more below it: our median is under 5 ms. */
const BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

const DURATION = 'http_server_request_duration_seconds';

interface Series {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly distribution: Distribution;
}

/** The HTTP server metrics of the OpenTelemetry semantic conventions, in Prometheus form. */
export class HttpRequestMetrics implements RequestMetrics {
  #active = 0;
  readonly #series = new Map<string, Series>();

  began(): void {
    this.#active += 1;
  }

  ended({ method, route = '', status, tookMs }: Exchange): void {
    this.#active -= 1;
    const known = KNOWN_METHODS.has(method) ? method : '_OTHER';
    const key = `${known} ${status} ${route}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels = {
        http_request_method: known,
        http_route: route,
        http_response_status_code: status,
      };
      series = { labels, distribution: new Distribution(BOUNDS_SECONDS) };
      this.#series.set(key, series);
    }
    series.distribution.observe(tookMs / 1000);
  }

  families(): readonly MetricFamily[] {
    return [
      {
        name: DURATION,
        help: 'Time from a complete request head to its answer, by route template.',
        type: 'histogram',
        samples: () =>
          [...this.#series.values()].flatMap(({ labels, distribution }) =>
            distribution.samples(DURATION, labels),
          ),
      },
      gauge('http_server_active_requests', 'Requests that are being answered, this scrape included.', () =>
        single(this.#active),
      ),
    ];
  }
}
