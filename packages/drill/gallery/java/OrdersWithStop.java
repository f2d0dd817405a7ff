import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;

/** HttpServer.stop(seconds) in a shutdown hook: what the JVM does at SIGTERM. */
public class OrdersWithStop {
  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "{}"));
    server.createContext("/orders", OrdersWithStop::createOrder);
    server.setExecutor(Executors.newCachedThreadPool());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(2)));
    server.start();
  }

  static void createOrder(HttpExchange exchange) throws IOException {
    String id = new String(exchange.getRequestBody().readAllBytes()).replaceAll("(?s).*\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1");
    work();
    Files.writeString(Path.of(System.getenv("EFFECTS_FILE")), id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    answer(exchange, 201, "{\"id\":\"" + id + "\"}");
  }

  static void work() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes();
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
