<?php // Posts a message, from a cron job for example: CHATD_TOKEN=… php job.php 'Order 4711 is on its way.'
define('CHAT', getenv('CHATD_URL') ?: 'https://localhost:8443');
$answer = file_get_contents(CHAT . '/api/v1/rooms/' . rawurlencode('#lobby') . '/messages', false, stream_context_create(['http' => [
    'method' => 'POST', 'timeout' => 10, 'ignore_errors' => true, 'header' => ['Content-Type: application/json',
        'Authorization: Bearer ' . getenv('CHATD_TOKEN'),       // of a bot in that room: docs/embed.md, step 4
        'Idempotency-Key: ' . bin2hex(random_bytes(16))],       // a retry with the same key posts nothing twice
    'content' => json_encode(['text' => $argv[1]])]]));
echo $answer, "\n";
exit(str_contains($http_response_header[0] ?? '', ' 201') ? 0 : 1);
