import { Module } from '@nestjs/common';
import { DiagnosisService } from './diagnosis.service.js';
import { ReverdictService } from './reverdict.service.js';

@Module({ providers: [DiagnosisService, ReverdictService], exports: [DiagnosisService, ReverdictService] })
export class DiagnosisModule {}
