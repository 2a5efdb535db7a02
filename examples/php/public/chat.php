<?php // Shows the chat to whoever is signed in here, and signs the token that lets them in.
const CHAT = 'https://localhost:8443';       // chatd's server.public_url, without a slash at its end
const SITE = 'http://127.0.0.1:8000';        // this site, as site.issuer names it
const KEY = __DIR__ . '/../site.key';        // the same key as in site.key_file; never below the web root
session_start(['read_and_close' => true, 'cookie_httponly' => true]);
$user = $_SESSION['user'] ?? null;           // whoever your own login says it is
if (isset($_GET['token'])) {
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    if (!$user) { http_response_code(401); exit('{}'); }
    $claims = ['iss' => SITE, 'aud' => CHAT, 'iat' => time(), 'exp' => time() + 900,
        'sub' => $user['id'], 'name' => $user['name'], 'display' => $user['display'], 'rooms' => ['lobby']];
    $base64 = fn ($text) => rtrim(strtr(base64_encode($text), '+/', '-_'), '=');
    $signed = $base64('{"alg":"HS256","typ":"JWT"}') . '.' . $base64(json_encode($claims));
    $signature = hash_hmac('sha256', $signed, trim(file_get_contents(KEY)), true);
    exit(json_encode(['token' => $signed . '.' . $base64($signature)]));
}
$user || header('Location: index.php'); ?>
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Chat</title>
<div id="chat" style="height: 560px; border: 1px solid silver; border-radius: 12px; overflow: hidden"><p data-chatd-waits style="text-align: center">The chat appears here as soon as it can be reached.</p></div>
<script src="<?= CHAT ?>/embed.js" data-token-url="chat.php?token" data-room="lobby" async onerror="setTimeout(() => this.replaceWith(document.createRange().createContextualFragment(this.outerHTML)), 10000)"></script></html>
