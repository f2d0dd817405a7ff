import { type Exchange, errorType, knownMethod, URL_SCHEME } from '../http-attributes';
import { Distribution } from './distribution';
import { gauge, type MetricFamily, type Sample } from './metric-family';

/** OpenTelemetry's advice for `http.server.request.duration`, with two more below it: our median is under 5 ms. */
const BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

const DURATION = 'http_server_request_duration_seconds';

interface Series {
  readonly method: string;
  readonly status: number;
  readonly distribution: Distribution;
}

/** The HTTP server metrics of the OpenTelemetry semantic conventions, in Prometheus form. */
export class HttpRequestMetrics {
  /** By method. */
  readonly #active = new Map<string, number>();
  /** By route: few, whose few series are found faster by looking at each than by a key made for every request. */
  readonly #series = new Map<string, Series[]>();

  began(method: string): void {
    this.#count(knownMethod(method), 1);
  }

  ended({ method, route = '', status, tookMs }: Exchange): void {
    const known = knownMethod(method);
    this.#count(known, -1);
    this.#of(route, known, status).observe(tookMs / 1000);
  }

  families(): readonly MetricFamily[] {
    return [
      {
        name: DURATION,
        help: 'Time from a complete request head to its answer, by route template.',
        type: 'histogram',
        samples: () => [...this.#series].flatMap(([route, series]) => series.flatMap(samplesOf(route))),
      },
      gauge('http_server_active_requests', 'Requests that are being answered, this scrape included.', () =>
        [...this.#active].map(([method, value]) => ({ labels: labelsOf(method), value })),
      ),
    ];
  }

  #count(method: string, more: number): void {
    this.#active.set(method, (this.#active.get(method) ?? 0) + more);
  }

  #of(route: string, method: string, status: number): Distribution {
    const ofRoute = this.#series.get(route) ?? [];
    if (ofRoute.length === 0) this.#series.set(route, ofRoute);
    for (const series of ofRoute) {
      if (series.status === status && series.method === method) return series.distribution;
    }
    const distribution = new Distribution(BOUNDS_SECONDS);
    ofRoute.push({ method, status, distribution });
    return distribution;
  }
}

function samplesOf(route: string): (series: Series) => readonly Sample[] {
  return ({ method, status, distribution }) => {
    const error = errorType(status);
    return distribution.samples(DURATION, {
      ...labelsOf(method),
      http_route: route,
      http_response_status_code: status,
      ...(error !== undefined && { error_type: error }),
    });
  };
}

function labelsOf(method: string): Sample['labels'] {
  return { http_request_method: method, url_scheme: URL_SCHEME };
}
