# The emulator's HTTP server, a small binding of libmicrohttpd: built where that is found.
