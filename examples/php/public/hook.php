<?php // What chatd's [webhook] tells: a Standard Webhook, believed only with a good signature.
[$id, $at, $body] = [$_SERVER['HTTP_WEBHOOK_ID'] ?? '', $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '', file_get_contents('php://input')];
$secret = base64_decode(substr(trim(file_get_contents(__DIR__ . '/../webhook.secret')), strlen('whsec_')));
$right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $secret, true));
$fits = array_filter(explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? ''), fn ($one) => hash_equals($right, $one));
$good = $fits && abs(time() - (int) $at) <= 300 && strlen($secret) >= 24;    // an old one may be a replay; without a secret all fit
if ($good) file_put_contents(__DIR__ . '/../hook.log', "$body\n", FILE_APPEND | LOCK_EX);   // keep it, answer at once
http_response_code($good ? 204 : 401);
