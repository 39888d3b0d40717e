import type { IncomingMessage, Server, ServerResponse } from "node:http";

export declare function answer(request: IncomingMessage, response: ServerResponse): void;
export declare function serve(port?: number): Promise<Server>;
