<?php
if ($_SERVER['REQUEST_URI'] === '/healthz') {
    return true;
}
$order = json_decode(file_get_contents('php://input'), true);
usleep(5000); // the work
file_put_contents(getenv('EFFECTS_FILE'), $order['id'] . "\n", FILE_APPEND);
http_response_code(201);
header('Content-Type: application/json');
echo json_encode($order);
