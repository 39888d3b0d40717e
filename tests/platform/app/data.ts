// The database of the platform, by TypeORM.
import { Inject, Injectable, type OnApplicationShutdown, type Provider } from "@nestjs/common";
import { DataSource } from "typeorm";
import { Events, Memories, Orders, Runs, Workflows } from "./entities.js";

const ENTITIES = [Runs, Events, Workflows, Orders, Memories];

export const InjectDataSource = () => Inject(DataSource);

export function database(url: string): Provider {
  return {
    provide: DataSource,
    useFactory: () => new DataSource({ type: "postgres", url, entities: ENTITIES, synchronize: true }).initialize(),
  };
}

@Injectable()
export class Closing implements OnApplicationShutdown {
  @InjectDataSource() readonly db!: DataSource;

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}
