<?php
// Ratchet: everything anybody says goes to everybody, as the chat of its documentation has it.
//
//   php server.php AUTOLOADER PORT CERTIFICATE KEY
//
// Without compression (Ratchet has none). No accounts, no rooms, no storage. The fastest event loop
// that this PHP has: with stream_select alone (no ev, event or uv extension) it serves about a
// thousand connections.
declare(strict_types=1);

use Ratchet\ConnectionInterface;
use Ratchet\Http\HttpServer;
use Ratchet\MessageComponentInterface;
use Ratchet\Server\IoServer;
use Ratchet\WebSocket\WsServer;
use React\EventLoop\Loop;
use React\Socket\SocketServer;

[, $autoloader, $port, $certificate, $key] = $argv;
require $autoloader;
// Of its libraries for older PHP: they would be written to the output for every connection.
error_reporting(E_ALL & ~E_DEPRECATED);

final class Broadcast implements MessageComponentInterface
{
    private SplObjectStorage $clients;

    public function __construct()
    {
        $this->clients = new SplObjectStorage();
    }

    public function onOpen(ConnectionInterface $connection): void
    {
        $this->clients->attach($connection);
    }

    public function onMessage(ConnectionInterface $from, $message): void
    {
        foreach ($this->clients as $client) {
            $client->send($message);
        }
    }

    public function onClose(ConnectionInterface $connection): void
    {
        $this->clients->detach($connection);
    }

    public function onError(ConnectionInterface $connection, Exception $error): void
    {
        $connection->close();
    }
}

$socket = new SocketServer("tls://127.0.0.1:$port", [
    'tcp' => ['backlog' => 1024, 'tcp_nodelay' => true],
    'tls' => [
        'local_cert' => $certificate,
        'local_pk' => $key,
        'crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_3_SERVER,
    ],
]);
$server = new IoServer(new HttpServer(new WsServer(new Broadcast())), $socket, Loop::get());
$server->run();
