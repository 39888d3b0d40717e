import type { Server } from "node:http";

export declare function serve(port?: number): Promise<Server>;
