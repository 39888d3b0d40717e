// The database of the platform, by TypeORM.
import { Inject, Injectable, type OnApplicationShutdown, type Provider } from "@nestjs/common";
import { DataSource } from "typeorm";
import { ENTITIES } from "./entities.js";

export const InjectDataSource = () => Inject(DataSource);

export function database(url: string): Provider {
  return {
    provide: DataSource,
    useFactory: () => new DataSource({ type: "postgres", url, entities: ENTITIES }).initialize(),
  };
}

@Injectable()
export class Closing implements OnApplicationShutdown {
  @InjectDataSource() readonly db!: DataSource;

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}
